package dns

import (
	"errors"
	"fmt"
	"math"
	"strings"

	"github.com/fedrail/fedrail/federation"
)

// faults collects what is wrong with a request.
type faults []error

func (f *faults) note(field string, err error) {
	if err != nil {
		*f = append(*f, fmt.Errorf("%s: %w", field, err))
	}
}

// validate says all that is wrong with a request.
func (r *Request) validate() error {
	var wrong faults
	if r.Hosts != nil {
		r.validateHosts(&wrong)
	} else {
		r.validateService(&wrong)
	}
	if r.TTL < 0 || r.TTL > math.MaxInt32 {
		wrong.note("ttl", fmt.Errorf("%d is not between 0, which is %d seconds, and %d", r.TTL, int64(DefaultTTL), math.MaxInt32))
	}
	r.validateRouting(&wrong)
	r.validateEndpoints(&wrong)
	return errors.Join(wrong...)
}

func (r *Request) validateService(wrong *faults) {
	found := len(*wrong)
	wrong.note("namespace", checkLabel(r.Namespace))
	wrong.note("name", checkLabel(r.Name))
	wrong.note("domain", checkName(r.Domain))
	if r.DomainRef == "" {
		wrong.note("domainRef", errors.New("is empty: set it, or hosts for an ingress"))
	} else {
		wrong.note("domainRef", checkName(r.DomainRef))
	}
	if r.ExternalName != "" {
		wrong.note("externalName", checkName(r.ExternalName))
	}
	if r.Prefix != "" && r.Prefix != "*" {
		wrong.note("prefix", checkHost(r.Prefix))
	}
	if len(*wrong) == found {
		r.validateTogether(wrong)
	}
}

// validateTogether looks at names whose parts are right.
func (r *Request) validateTogether(wrong *faults) {
	common, domain := r.common(), plain(r.Domain)
	wrong.note("name, namespace, domainRef and domain together", checkLength(common+"."+domain))
	if r.Prefix == "" {
		return
	}
	prefix := plain(r.Prefix)
	wrong.note("prefix and domain together", checkLength(prefix+"."+domain))
	if prefix == common || strings.HasPrefix(prefix, common+".") {
		wrong.note("prefix", fmt.Errorf("%q makes a name that the service has anyway: choose another one, or remove it", r.Prefix))
	}
}

func (r *Request) validateHosts(wrong *faults) {
	for _, host := range r.Hosts {
		wrong.note("hosts", checkHost(host))
	}
	if r.Domain != "" {
		wrong.note("domain", checkName(r.Domain))
	}
	for _, field := range []struct{ name, value string }{
		{"domainRef", r.DomainRef}, {"externalName", r.ExternalName}, {"prefix", r.Prefix},
	} {
		if field.value != "" {
			wrong.note(field.name, fmt.Errorf("%q is for names of a service, and hosts are for an ingress: remove one of them", field.value))
		}
	}
}

func (r *Request) validateRouting(wrong *faults) {
	switch r.Routing {
	case Together, Weighted, Located:
	default:
		wrong.note("routing", fmt.Errorf("%q is unknown: take %q, %q, or leave it empty", r.Routing, Weighted, Located))
	}
}

func (r *Request) validateEndpoints(wrong *faults) {
	seen := make(map[federation.ClusterName]struct{}, len(r.Endpoints))
	for i := range r.Endpoints {
		e := &r.Endpoints[i]
		before := len(seen)
		seen[e.Cluster] = struct{}{}
		switch {
		case e.Cluster == "":
			wrong.note("endpoints", errors.New("one has no cluster: name it"))
		case len(seen) == before:
			wrong.note("endpoints", fmt.Errorf("cluster %q is there twice: remove one, or put its addresses together", e.Cluster))
		}
		if e.Weight != nil && (*e.Weight < 0 || *e.Weight > math.MaxInt32) {
			wrong.note("endpoints", fmt.Errorf("cluster %q: weight: %d is not between 0 and %d", e.Cluster, *e.Weight, math.MaxInt32))
		}
		if e.Location == elsewhere {
			wrong.note("endpoints", fmt.Errorf("cluster %q: location: %q is for clients that are in no location: leave it empty", e.Cluster, e.Location))
		}
	}
}
