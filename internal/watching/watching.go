// Package watching keeps objects of members in memory as they were last seen, for
// as long as somebody wants to know of them, however often a member goes away.
package watching

import (
	"context"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer"
	watches "k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/rest"
)

// Subject is what is watched.
type Subject struct {
	Resource  string // plural
	Namespace string // empty is all of them
	Whole     bool   // objects of the cluster, which are in no namespace
}

// String is for people.
func (s Subject) String() string {
	switch {
	case s.Whole:
		return s.Resource
	case s.Namespace == "":
		return s.Resource + " in all namespaces"
	}
	return fmt.Sprintf("%s in namespace %q", s.Resource, s.Namespace)
}

// Reader lists and watches objects.
type Reader interface {
	List(ctx context.Context, o metav1.ListOptions) (runtime.Object, error)
	Watch(ctx context.Context, o metav1.ListOptions) (watches.Interface, error)
}

// Client reads objects of one group of a member, in the shorter of the encodings.
type Client struct {
	rest.Interface
	parameters runtime.ParameterCodec
}

// Connect makes a Client that reads the kinds of a group that add knows. It changes
// the configuration.
func Connect(config *rest.Config, group schema.GroupVersion, add func(*runtime.Scheme) error) (Client, error) {
	scheme := runtime.NewScheme()
	if err := add(scheme); err != nil {
		return Client{}, err
	}
	metav1.AddToGroupVersion(scheme, schema.GroupVersion{Version: "v1"})
	config.GroupVersion, config.APIPath = &group, "/apis"
	if group.Group == "" {
		config.APIPath = "/api"
	}
	config.NegotiatedSerializer = serializer.NewCodecFactory(scheme).WithoutConversion()
	config.ContentType = runtime.ContentTypeProtobuf
	config.AcceptContentTypes = runtime.ContentTypeProtobuf + "," + runtime.ContentTypeJSON
	reader, err := rest.RESTClientFor(config)
	return Client{reader, runtime.NewParameterCodec(scheme)}, err
}

// Reader reads a subject, and of it only what the selectors of only choose.
func (c Client) Reader(s Subject, only metav1.ListOptions) Reader { return reader{c, s, only} }

type reader struct {
	Client
	Subject
	only metav1.ListOptions
}

func (r reader) request(o metav1.ListOptions) *rest.Request {
	o.LabelSelector, o.FieldSelector = r.only.LabelSelector, r.only.FieldSelector
	return r.Get().NamespaceIfScoped(r.Namespace, r.Namespace != "").Resource(r.Resource).VersionedParams(&o, r.parameters)
}

// List implements [Reader].
func (r reader) List(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	return r.request(o).Do(ctx).Get()
}

// Watch implements [Reader].
func (r reader) Watch(ctx context.Context, o metav1.ListOptions) (watches.Interface, error) {
	o.Watch = true
	return r.request(o).Watch(ctx)
}
