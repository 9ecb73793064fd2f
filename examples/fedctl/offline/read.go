// Package offline makes of files what is otherwise read from the host of a
// federation: federated objects, the types that they are of, what bounds and divides
// them, and the clusters. It asks no server.
package offline

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/cli-runtime/pkg/resource"
)

// Files names files, folders and URLs; "-" is the standard input.
type Files struct {
	Names []string
	Stdin io.Reader
}

// Objects are those of all the files, in their order; lists are taken apart. The
// error names the file.
func (f Files) Objects() ([]*unstructured.Unstructured, error) {
	names := slices.Clone(f.Names)
	builder := resource.NewLocalBuilder().Unstructured().ContinueOnError().Flatten()
	if i := slices.Index(names, "-"); i >= 0 {
		names = slices.Delete(names, i, i+1)
		builder = builder.Stream(f.Stdin, "standard input")
	}
	if slices.Contains(names, "-") {
		return nil, errors.New("-f, --clusters-file: the standard input can be read once only")
	}
	if len(names) > 0 {
		builder = builder.FilenameParam(false, &resource.FilenameOptions{Filenames: names})
	}
	infos, err := builder.Do().Infos()
	if err != nil {
		return nil, fmt.Errorf("-f: %w", err)
	}
	var all []*unstructured.Unstructured
	for _, info := range infos {
		object, is := info.Object.(*unstructured.Unstructured)
		if !is {
			return nil, fmt.Errorf("-f: %s: no object of Kubernetes", info.Source)
		}
		all = append(all, object)
	}
	return all, nil
}
