package verbs

import (
	"errors"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/examples/fedctl/offline"
	"github.com/fedrail/fedrail/examples/fedctl/subject"
)

// files are the flags of verbs that read manifests.
type files struct {
	names            []string
	clusters         string
	targetAPIVersion string
}

// addTo adds -f.
func (f *files) addTo(c *cobra.Command) {
	c.Flags().StringSliceVarP(&f.names, "filename", "f", nil, "file, folder or URL with federated objects, and what goes with them; - is the standard input")
}

// addOfflineTo adds what verbs need that ask no server.
func (f *files) addOfflineTo(c *cobra.Command) {
	c.Flags().StringVar(&f.clusters, "clusters-file", "", "file with KubeFedClusters, as \"get clusters -o yaml\" prints them")
	c.Flags().StringVar(&f.targetAPIVersion, "target-api-version", "", "GROUP/VERSION of what is federated, where neither the template nor a FederatedTypeConfig says it")
}

// scene reads the files; no server is asked.
func (f *files) scene(s *cli.Session) (*offline.Scene, error) {
	if len(f.names) == 0 {
		return nil, errors.New("-f is missing: name a file with federated objects, or - for the standard input")
	}
	scene := &offline.Scene{TargetAPIVersion: f.targetAPIVersion, Namespace: *s.Flags.Generic.Namespace}
	names := f.names
	if f.clusters != "" {
		names = append(names, f.clusters)
	}
	objects, err := offline.Files{Names: names, Stdin: s.In}.Objects()
	if err != nil {
		return nil, err
	}
	if err := scene.Add(objects); err != nil {
		return nil, err
	}
	for _, other := range scene.Others {
		s.Warn("%s is no federated object, and left out: \"%s federate -f\" makes one of it", other, s.Name)
	}
	if f.clusters != "" && scene.Members.Len() == 0 {
		return nil, errors.New("--clusters-file: there is no KubeFedCluster in it: \"" + s.Name + " get clusters -o yaml\" prints them")
	}
	return scene, nil
}

// subjects are the federated objects in the files. That there are none is told.
func (f *files) subjects(s *cli.Session) ([]subject.Subject, error) {
	scene, err := f.scene(s)
	if err != nil {
		return nil, err
	}
	all, err := scene.Subjects()
	if err == nil && len(all) == 0 {
		s.Tell("there is no federated object in the files")
	}
	return all, err
}

// addNamed adds -C, for a purpose of its own.
func addNamed(s *cli.Session, c *cobra.Command, clusters *[]string, purpose string) {
	c.Flags().StringSliceVarP(clusters, "clusters", "C", nil, purpose)
	cli.Complete(c, "clusters", s.CompleteClusters)
}

// validateUnnamed validates the format of what has no name to print.
func validateUnnamed(o *cli.Output) error {
	if o.Format() == "name" {
		return errors.New("-o name: what is printed here has no name; want table, wide, json, yaml or jsonpath")
	}
	return o.Validate()
}
