package overrides

import (
	"strconv"
	"strings"
)

// A pointer is a JSON pointer, cut into its segments as they are written. The
// empty pointer is the whole object.
type pointer []string

// parse cuts a path into segments. What stands before the first slash is
// dropped, as KubeFed does.
func parse(path string) pointer {
	_, path, found := strings.Cut(path, "/")
	if !found {
		return nil
	}
	return strings.Split(path, "/")
}

// String is the pointer as RFC 6901 writes it.
func (p pointer) String() string {
	if len(p) == 0 {
		return ""
	}
	return "/" + strings.Join(p, "/")
}

// name is what people are told of the pointer.
func (p pointer) name() string {
	if len(p) == 0 {
		return "the object"
	}
	return strconv.Quote(p.String())
}

// key is the name that a segment stands for, its escapes resolved.
func (p pointer) key(i int) string {
	return strings.ReplaceAll(strings.ReplaceAll(p[i], "~1", "/"), "~0", "~")
}

// last is the key that an operation is about. The pointer must not be empty.
func (p pointer) last() string { return p.key(len(p) - 1) }

// parent is the pointer without its last segment. It must not be empty.
func (p pointer) parent() pointer { return p[:len(p)-1] }
