package status

import (
	"strings"
	"unicode/utf8"
)

// MaxMessage is the most bytes that a message in a Summary has. What is longer
// is cut and ends in an ellipsis.
const MaxMessage = 1024

// maxPart is the most bytes of one cluster's message in a condition, so that
// those of a few fit beside their names.
const maxPart = 200

const ellipsis = "…"

// shorten cuts a text to at most limit bytes, between characters. Bytes that are
// no text are replaced, as an API server would do: a summary has to come back
// from it as it was.
func shorten(text string, limit int) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	if len(text) <= limit {
		return text
	}
	cut := limit - len(ellipsis)
	for cut > 0 && !utf8.RuneStart(text[cut]) {
		cut--
	}
	return strings.TrimRight(text[:cut], " ") + ellipsis
}
