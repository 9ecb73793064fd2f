package transcript

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Line is a line of a session, as somebody wrote it down to be run. The kinds are
//
//	$ COMMAND   run by a shell, and shown with what it printed
//	% COMMAND   run, and not shown; it has to succeed
//	~ COMMAND   run again and again until it succeeds, and not shown
//	@ WORDS     done by whoever runs the session, and not shown
//
// All other lines are shown as they are.
type Line struct {
	Kind byte // '$', '%', '~' or '@'; 0 for others
	Text string
}

// LinesOf reads a session. Lines that end in a backslash go on in the next.
func LinesOf(session string) []Line {
	var lines []Line
	session = strings.ReplaceAll(strings.TrimSpace(session), "\\\n", "\\\x00")
	for text := range strings.SplitSeq(session, "\n") {
		text = strings.ReplaceAll(text, "\x00", "\n")
		if len(text) > 2 && text[1] == ' ' && strings.IndexByte("$%~@", text[0]) >= 0 {
			lines = append(lines, Line{Kind: text[0], Text: text[2:]})
			continue
		}
		lines = append(lines, Line{Text: text})
	}
	return lines
}

// Shown is a command with what it printed and the exit code, if that is not 0.
func Shown(command, printed string, code int) string {
	text := "$ " + command + "\n" + Settled(printed)
	if code != 0 {
		text += fmt.Sprintf("[exit code %d]\n", code)
	}
	return text
}

// changing is what differs from run to run, with the blanks after it.
func changing() []*regexp.Regexp {
	return []*regexp.Regexp{
		regexp.MustCompile(`\S+_[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12} *`),    // an instance of the controller
		regexp.MustCompile(`[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12} *`),        // a UID
		regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ *`),                    // a time
		regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+ [+-]\d{4})? *`), // one of diff
		regexp.MustCompile(`127\.0\.0\.1:\d+ *`),
		regexp.MustCompile(`\b\d+(?:m\d+)?(?:ms|s)\b *`), // an age
	}
}

// pods are those of Deployments: the last part of a name is by chance.
var pods = regexp.MustCompile(`(-[0-9a-z]{8,10}-)[bcdfghjklmnpqrstvwxz2456789]{5}\b( *)`)

// atEnds are blanks that nobody sees.
var atEnds = regexp.MustCompile(`(?m) +$`)

// Settled is what was printed, with … for what differs from run to run. Columns stay
// where they are, and there are no blanks at the ends of lines.
func Settled(printed string) string {
	for _, pattern := range changing() {
		printed = pattern.ReplaceAllStringFunc(printed, func(found string) string {
			word := strings.TrimRight(found, " ")
			return "…" + filled(found[len(word):], utf8.RuneCountInString(word)-1)
		})
	}
	printed = pods.ReplaceAllStringFunc(printed, func(found string) string {
		parts := pods.FindStringSubmatch(found)
		return parts[1] + "…" + filled(parts[2], 4)
	})
	return atEnds.ReplaceAllString(printed, "")
}

// filled are the blanks after a word that became shorter: in a table, as many more.
func filled(blanks string, shorter int) string {
	if len(blanks) < 2 {
		return blanks
	}
	return blanks + strings.Repeat(" ", shorter)
}
