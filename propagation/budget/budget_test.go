package budget_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/propagation/budget"
)

func Example() {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()

	counter := budget.New()
	client := http.Client{Transport: counter.Wrap("member1")(http.DefaultTransport)}

	before := counter.Requests()
	answer, err := client.Get(server.URL + "/api/v1/namespaces/shop/configmaps/web")
	if err != nil {
		fmt.Println(err)
		return
	}
	answer.Body.Close()

	made := counter.Requests().Since(before)
	fmt.Println(made, made.Writes("member1"))
	// Output: member1 get configmaps ×1 0
}

func TestRequestsAreReadAsAnAPIServerReadsThem(t *testing.T) {
	tests := map[string]struct {
		method, path string
		want         budget.Request
	}{
		"list in a namespace":       {"GET", "/api/v1/namespaces/a/pods", budget.Request{Verb: "list", Resource: "pods"}},
		"list everywhere":           {"GET", "/apis/apps/v1/deployments", budget.Request{Verb: "list", Group: "apps", Resource: "deployments"}},
		"watch":                     {"GET", "/api/v1/pods?watch=true", budget.Request{Verb: "watch", Resource: "pods"}},
		"get a namespace":           {"GET", "/api/v1/namespaces/a", budget.Request{Verb: "get", Resource: "namespaces"}},
		"finalize a namespace":      {"PUT", "/api/v1/namespaces/a/finalize", budget.Request{Verb: "update", Resource: "namespaces", Subresource: "finalize"}},
		"status of a custom object": {"PATCH", "/apis/types.kubefed.io/v1beta1/namespaces/a/federatedjobs/j/status", budget.Request{Verb: "patch", Group: "types.kubefed.io", Resource: "federatedjobs", Subresource: "status"}},
		"create":                    {"POST", "/api/v1/namespaces/a/events", budget.Request{Verb: "create", Resource: "events"}},
		"delete one":                {"DELETE", "/api/v1/namespaces/a/pods/p", budget.Request{Verb: "delete", Resource: "pods"}},
		"delete all":                {"DELETE", "/api/v1/namespaces/a/pods", budget.Request{Verb: "deletecollection", Resource: "pods"}},
		"no resource":               {"GET", "/healthz", budget.Request{Verb: "get"}},
		"discovery":                 {"GET", "/apis/apps/v1", budget.Request{Verb: "get"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			counter := budget.New()
			answer := httptest.NewRecorder().Result()
			transport := counter.Wrap("m")(roundTripper(func(*http.Request) (*http.Response, error) { return answer, nil }))
			_, err := transport.RoundTrip(httptest.NewRequest(tt.method, tt.path, nil))
			require.NoError(t, err)
			tt.want.Cluster = "m"
			require.Equal(t, budget.Requests{tt.want: 1}, counter.Requests())
		})
	}
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestEachAnswerIsTold(t *testing.T) {
	var told []budget.Answer
	counter := budget.New()
	counter.OnAnswer = func(a budget.Answer) { told = append(told, a) }
	silent := errors.New("connection refused")
	for _, answer := range []roundTripper{
		func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: http.StatusConflict}, nil
		},
		func(*http.Request) (*http.Response, error) { return nil, silent },
	} {
		_, err := counter.Wrap("m")(answer).RoundTrip(httptest.NewRequest("DELETE", "/api/v1/namespaces/a/pods/p", nil))
		require.True(t, err == nil || err == silent)
	}
	for i := range told {
		require.Positive(t, told[i].Took)
		told[i].Took = 0
	}
	request := budget.Request{Cluster: "m", Verb: "delete", Resource: "pods"}
	require.Equal(t, []budget.Answer{{Request: request, Code: http.StatusConflict}, {Request: request}}, told)
	require.Equal(t, budget.Requests{request: 2}, counter.Requests())
}
