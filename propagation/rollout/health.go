package rollout

import (
	"cmp"
	"strings"

	"github.com/fedrail/fedrail/status"
)

// Fit says whether a copy works as it should, and when it does not, what it
// lacks. One that is not to work now does, and so does one that nobody judges: it
// is there.
func Fit(v status.Vitals) (fit bool, lacks string) {
	switch v.Health {
	case "", status.Healthy, status.Suspended:
		return true, ""
	}
	return false, cmp.Or(v.Message, "it is "+strings.ToLower(string(v.Health)))
}
