package push

import (
	"fmt"
	"regexp"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// wrongField finds, in an API server's words, the field that has another type
// than it should. What it has instead stands behind that, and is a value.
var wrongField = regexp.MustCompile(`(\.[^\s:]+): (expected \w+|field not declared in schema)`)

// secretWords are what may be told of the refusal of a Secret: which fields it
// is about, and never a value.
func secretWords(answer metav1.Status, details metav1.StatusDetails) string {
	refused := fmt.Sprintf("refused (%d %s)", answer.Code, answer.Reason)
	if answer.Reason == metav1.StatusReasonUnknown {
		refused = fmt.Sprintf("refused (%d)", answer.Code)
	}
	var named []string
	for _, cause := range details.Causes {
		named = append(named, fmt.Sprintf("%s (%s)", cause.Field, cause.Type))
	}
	switch field := wrongField.FindStringSubmatch(answer.Message); {
	case len(named) > 0:
		return refused + ": " + strings.Join(named, ", ")
	case field != nil:
		return fmt.Sprintf("%s: %s: %s", refused, field[1], field[2])
	case strings.Contains(answer.Message, "illegal base64 data"):
		return refused + ": a value in data is not base64: encode it, or move it to stringData"
	}
	return refused + "; the member's words may repeat what the Secret holds and are not shown"
}
