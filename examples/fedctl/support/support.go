// Package support collects what helps others to find out why a federation does not do
// what it should, without what they should not see.
package support

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/fedctl/host"
)

// Options say what to collect.
type Options struct {
	Patience time.Duration // with each member
	Now      time.Time
	// Program describes the program that collects.
	Program any
	// Told is told of each part that is done; nil is nobody.
	Told func(part string)
}

// Collect writes a gzipped tar archive. What could not be read is in its file
// problems.txt, and is returned; the error is about writing, or that somebody
// interrupted it.
func Collect(ctx context.Context, h *host.Host, to io.Writer, o Options) (problems []string, err error) {
	zipped := gzip.NewWriter(to)
	c := &collection{Options: o, host: h, archive: tar.NewWriter(zipped)}
	for _, part := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"check", c.check}, {"configuration", c.configuration}, {"federated objects", c.federated},
		{"events", c.events}, {"controller", c.controller}, {"members", c.members},
	} {
		if err := part.do(ctx); err != nil {
			return c.problems, err
		}
		if err := ctx.Err(); err != nil {
			return c.problems, err
		}
		if c.Told != nil {
			c.Told(part.name)
		}
	}
	if err := c.finish(); err != nil {
		return c.problems, err
	}
	if err := c.archive.Close(); err != nil {
		return c.problems, err
	}
	return c.problems, zipped.Close()
}

type collection struct {
	Options
	host     *host.Host
	archive  *tar.Writer
	problems []string
	types    []host.Type // that are federated; nil where they cannot be read
}

// problem notes what could not be read.
func (c *collection) problem(what string, err error) {
	c.problems = append(c.problems, fmt.Sprintf("%s: %v", what, err))
}

// finish writes what could not be read.
func (c *collection) finish() error {
	text := "everything was read\n"
	for i, p := range c.problems {
		if i == 0 {
			text = ""
		}
		text += p + "\n"
	}
	return c.file("problems.txt", []byte(text))
}

// file writes a file into the archive.
func (c *collection) file(name string, content []byte) error {
	header := &tar.Header{Name: "support/" + name, Mode: 0o600, Size: int64(len(content)), ModTime: c.Now, Typeflag: tar.TypeReg}
	if err := c.archive.WriteHeader(header); err != nil {
		return err
	}
	_, err := c.archive.Write(content)
	return err
}

// yaml writes a value into the archive, as YAML.
func (c *collection) yaml(name string, value any) error {
	content, err := yaml.Marshal(value)
	if err != nil {
		return err
	}
	return c.file(name, content)
}

// objects writes a list of objects that were stripped.
func (c *collection) objects(name string, items []unstructured.Unstructured) error {
	list := map[string]any{"apiVersion": "v1", "kind": "List"}
	all := make([]any, len(items))
	for i := range items {
		all[i] = items[i].Object
	}
	list["items"] = all
	return c.yaml(name, list)
}
