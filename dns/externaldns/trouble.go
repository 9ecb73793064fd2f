package externaldns

import "fmt"

// trouble is why a record cannot be carried out, as its status tells it. To try
// again does not help; something has to change.
type trouble struct{ reason, message string }

func troublef(reason, format string, args ...any) *trouble {
	return &trouble{reason: reason, message: fmt.Sprintf(format, args...)}
}

func (t *trouble) Error() string { return t.reason + ": " + t.message }
