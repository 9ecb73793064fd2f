// Package transcript keeps the README of fedctl true: the commands that it lists, and
// the session that it shows, are written by the program itself.
package transcript

import (
	"fmt"
	"strings"
)

// Page is a text in Markdown, some parts of which are written by a program. Each stands
// between two comments, which are lines of their own: one that begins with "<!-- begin
// NAME:", and "<!-- end NAME -->".
type Page string

// Part is what stands between the comments of a name.
func (p Page) Part(name string) (string, error) {
	from, to, err := p.find(name)
	if err != nil {
		return "", err
	}
	return string(p[from:to]), nil
}

// With is the page with another text between the comments of a name.
func (p Page) With(name, part string) (Page, error) {
	from, to, err := p.find(name)
	if err != nil {
		return p, err
	}
	return p[:from] + Page(part) + p[to:], nil
}

// find is where a part begins and ends.
func (p Page) find(name string) (from, to int, err error) {
	begin, end := "<!-- begin "+name+":", "<!-- end "+name+" -->\n"
	from = strings.Index(string(p), begin)
	to = strings.Index(string(p), end)
	if from < 0 || to < from {
		return 0, 0, fmt.Errorf("part %q: want a line that begins with %q, and %q after it", name, begin, end)
	}
	line := strings.Index(string(p[from:]), "\n") + 1
	return from + line, to, nil
}
