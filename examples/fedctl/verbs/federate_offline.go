package verbs

import (
	"errors"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/offline"
	"github.com/fedrail/fedrail/federation/federate"
)

// offline prints federated objects of those in a file.
func (f *federator) offline() error {
	objects, err := offline.Files{Names: []string{f.file}, Stdin: f.In}.Objects()
	if err != nil {
		return err
	}
	if len(objects) == 0 {
		return errors.New("-f: there is no object in it")
	}
	for _, o := range objects {
		r := federate.Object(o, federate.Options{Clusters: f.named(), Pinned: f.pinned})
		f.tellLeftOut(o, r)
		if err := printDocument(f.Session, f.output, r.Object.Object); err != nil {
			return err
		}
	}
	return nil
}

// tellLeftOut says which fields are not in the template.
func (f *federator) tellLeftOut(o *unstructured.Unstructured, r federate.Result) {
	if len(r.LeftOut) > 0 {
		f.Tell("%s: left out, for a cluster or a client made it: %s", cli.NameOf(o), strings.Join(r.LeftOut, ", "))
	}
}
