package cli

import (
	"fmt"
	"slices"
	"strings"
)

// Progress says what is shown of work that takes time. It is a flag; the zero
// Progress is auto.
type Progress string

// The kinds of Progress.
const (
	Auto  Progress = ""      // plain; on a terminal, what is under way too
	Plain Progress = "plain" // a line for each step that is done
	None  Progress = "none"
)

// String implements pflag.Value.
func (p *Progress) String() string {
	if *p == Auto {
		return "auto"
	}
	return string(*p)
}

// Set implements pflag.Value.
func (p *Progress) Set(text string) error {
	if text == "auto" {
		text = ""
	}
	if !slices.Contains([]Progress{Auto, Plain, None}, Progress(text)) {
		return fmt.Errorf("want auto, plain or none")
	}
	*p = Progress(text)
	return nil
}

// Type implements pflag.Value.
func (p *Progress) Type() string { return "string" }

// Step tells of work in steps: on a terminal that it is begun, everywhere that it is
// done, or why it is not. It returns the error of the work, which is not told twice.
func (s *Session) Step(name string, do func() (result string, err error)) error {
	if s.begins() {
		_, _ = fmt.Fprintf(s.ErrOut, "… %s\r", name)
	}
	result, err := do()
	switch {
	case err != nil:
		s.ends(name, "✗ "+name)
	case s.Flags.Progress != None:
		s.ends(name, "✓ "+strings.TrimSuffix(name+": "+result, ": "))
	}
	return err
}

// begins says whether what is begun is shown.
func (s *Session) begins() bool { return s.Flags.Progress == Auto && s.Terminal.Width > 0 }

// ends writes a line over what was shown when the step began.
func (s *Session) ends(name, line string) {
	if pad := len(name) + 2 - len([]rune(line)); s.begins() && pad > 0 {
		line += strings.Repeat(" ", pad)
	}
	s.Tell("%s", line)
}
