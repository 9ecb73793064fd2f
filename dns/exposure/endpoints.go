package exposure

import (
	discoveryv1 "k8s.io/api/discovery/v1"
	"k8s.io/apimachinery/pkg/types"
)

// ready is what an EndpointSlice says.
type ready struct {
	service   types.NamespacedName
	addresses []string
}

// readyIn are the addresses of a slice that are ready. Nobody who says nothing of
// an endpoint means that it is not ready.
func readyIn(s *discoveryv1.EndpointSlice) []string {
	var all []string
	for _, e := range s.Endpoints {
		ready, terminating := e.Conditions.Ready == nil || *e.Conditions.Ready, e.Conditions.Terminating != nil && *e.Conditions.Terminating
		if ready && !terminating {
			all = append(all, e.Addresses...)
		}
	}
	return all
}

// setSliceLocked makes a slice say something else; zero is that it is gone.
func (v *view) setSliceLocked(name types.NamespacedName, now ready) []Subject {
	before := v.slices[name]
	counts := map[types.NamespacedName]int{before.service: len(v.backends[before.service]), now.service: len(v.backends[now.service])}
	v.countLocked(now, 1)
	v.countLocked(before, -1)
	if v.slices[name] = now; now.service.Name == "" {
		delete(v.slices, name)
	}
	var changed []Subject
	for service, n := range counts {
		if service.Name != "" && len(v.backends[service]) != n {
			changed = append(changed, Subject{Service, service.Namespace, service.Name})
		}
	}
	return changed
}

// countLocked counts the addresses of a slice in, or out when n is -1.
func (v *view) countLocked(r ready, n int64) {
	if r.service.Name == "" {
		return
	}
	behind := v.backends[r.service]
	if behind == nil {
		behind = map[string]int64{}
		v.backends[r.service] = behind
	}
	for _, address := range r.addresses {
		if behind[address] += n; behind[address] == 0 {
			delete(behind, address)
		}
	}
	if len(behind) == 0 {
		delete(v.backends, r.service)
	}
}

// readyEndpoints are how many addresses are ready behind a Service.
func (v *view) readyEndpoints(name types.NamespacedName) int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.backends[name])
}
