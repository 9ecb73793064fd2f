package dns

import (
	"errors"
	"fmt"
	"strings"
)

// What RFC 1035 and RFC 1123 allow, in characters.
const (
	longestLabel = 63
	longestName  = 253
)

// plain is how a name is written in records.
func plain(name string) string {
	return strings.ToLower(strings.TrimSuffix(name, "."))
}

// common is what all names of a service begin with.
func (r *Request) common() string {
	name := r.ExternalName
	if name == "" {
		name = r.Name
	}
	return plain(name) + "." + plain(r.Namespace) + "." + plain(r.DomainRef) + ".svc"
}

// checkLabel says what is wrong with one label of a name.
func checkLabel(label string) error {
	switch {
	case label == "":
		return errors.New("is empty: set it")
	case len(label) > longestLabel:
		return fmt.Errorf("%q has %d characters, and a label has %d at most: shorten it", label, len(label), longestLabel)
	case !isLabel(label):
		return fmt.Errorf("%q is no DNS label: use letters, digits, and \"-\" between them", label)
	}
	return nil
}

func isLabel(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9'
		if !letter && (c != '-' || i == 0 || i == len(s)-1) {
			return false
		}
	}
	return true
}

// checkName says what is wrong with labels that are joined by dots.
func checkName(name string) error {
	name = strings.TrimSuffix(name, ".")
	if name == "" {
		return errors.New("is empty: set it")
	}
	for label := range strings.SplitSeq(name, ".") {
		if err := checkLabel(label); label == "" {
			return fmt.Errorf("%q has an empty label: remove a dot", name)
		} else if err != nil {
			return err
		}
	}
	return checkLength(name)
}

// checkHost takes a wildcard, too.
func checkHost(name string) error {
	if below, wild := strings.CutPrefix(name, "*."); wild {
		if err := checkName(below); err != nil {
			return err
		}
		return checkLength(strings.TrimSuffix(name, "."))
	}
	return checkName(name)
}

func checkLength(name string) error {
	if len(name) > longestName {
		return fmt.Errorf("%q has %d characters, and a name has %d at most: shorten it", name, len(name), longestName)
	}
	return nil
}
