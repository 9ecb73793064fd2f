package federation

import (
	"cmp"
	"errors"
	"fmt"
	"time"
)

// Health says how registries that probe their members do so. A field that is
// zero has its default; the defaults are KubeFed's.
type Health struct {
	// Period is from the start of one probe to that of the next; default 10s. A
	// member that is not ready is probed each second at least.
	Period time.Duration
	// FailureThreshold is how many probes in a row must fail before a member is
	// no longer ready; default 3.
	FailureThreshold int
	// SuccessThreshold is how many must succeed before it is ready again;
	// default 1.
	SuccessThreshold int
	// Timeout of one probe; default 3s.
	Timeout time.Duration
}

// WithDefaults fills in what is not set.
func (h Health) WithDefaults() Health {
	return Health{
		Period:           cmp.Or(h.Period, 10*time.Second),
		FailureThreshold: cmp.Or(h.FailureThreshold, 3),
		SuccessThreshold: cmp.Or(h.SuccessThreshold, 1),
		Timeout:          cmp.Or(h.Timeout, 3*time.Second),
	}
}

// Validate says all that is wrong with it, before defaults.
func (h Health) Validate() error {
	var negative []error
	for _, field := range []struct {
		name  string
		value int64
	}{
		{"Period", int64(h.Period)},
		{"FailureThreshold", int64(h.FailureThreshold)},
		{"SuccessThreshold", int64(h.SuccessThreshold)},
		{"Timeout", int64(h.Timeout)},
	} {
		if field.value < 0 {
			negative = append(negative, fmt.Errorf("options: Health.%s is negative", field.name))
		}
	}
	return errors.Join(negative...)
}
