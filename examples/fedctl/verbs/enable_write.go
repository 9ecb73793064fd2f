package verbs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
	"github.com/fedrail/fedrail/federation/apis/federatedkind"
	"github.com/fedrail/fedrail/federation/setup"
)

// enabling is where types are enabled, whether that is done, and where a line for each
// object goes.
type enabling struct {
	host   setup.Host
	dryRun cli.DryRun
	told   io.Writer
}

// enableKinds lets the federation carry the kinds, and says what was written in the
// words of kubefedctl.
func enableKinds(ctx context.Context, s *cli.Session, e enabling, kinds []federatedkind.Kind) error {
	e.host.Writing = e.dryRun.Writing()
	plan, err := e.host.PlanEnabling(ctx, kinds...)
	if errors.Is(err, setup.ErrNotInstalled) {
		return fmt.Errorf("%w; \"%s install\" does that", err, s.Name)
	}
	if err != nil {
		return err
	}
	there := map[string]bool{}
	for _, p := range plan {
		there[p.Definition.Name], there[p.Config.Name] = p.Defined, p.Configured
	}
	e.host.Told = func(c setup.Change) {
		done := "created"
		if there[c.Object.GetName()] {
			done = "updated"
		}
		switch c.Object.GetKind() {
		case "CustomResourceDefinition":
			_, _ = fmt.Fprintf(e.told, "%s %s\n", cli.NameOf(c.Object), done)
		case "FederatedTypeConfig":
			_, _ = fmt.Fprintf(e.told, "%s %s in namespace %s\n", cli.NameOf(c.Object), done, c.Object.GetNamespace())
		default:
			s.Tell("%s applied", cli.NameOf(c.Object))
		}
	}
	if e.dryRun != cli.DryRunNone {
		s.Tell("nothing is written%s", e.dryRun.Note())
	}
	return e.host.CarryOut(ctx, plan...)
}

// printEnabling prints what enabling would write, the config before the definition.
func printEnabling(s *cli.Session, format string, kinds []federatedkind.Kind) error {
	for _, kind := range kinds {
		for _, object := range []any{kind.TypeConfig(s.Flags.SystemNamespace), kind.Definition()} {
			content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(object)
			if err != nil {
				return err
			}
			delete(content, "status")
			unstructured.RemoveNestedField(content, "metadata", "creationTimestamp")
			if err := printDocument(s, format, content); err != nil {
				return err
			}
		}
	}
	return nil
}

// printDocument prints one object among others, as YAML or JSON.
func printDocument(s *cli.Session, format string, content map[string]any) error {
	if format != "json" {
		if err := s.Say("---"); err != nil {
			return err
		}
	}
	return printValue(s, format, content)
}

// printValue prints a value, as YAML or JSON.
func printValue(s *cli.Session, format string, value any) error {
	if format == "json" {
		encoder := json.NewEncoder(s.Out)
		encoder.SetIndent("", "    ")
		encoder.SetEscapeHTML(false)
		return encoder.Encode(value)
	}
	body, err := yaml.Marshal(value)
	if err != nil {
		return err
	}
	_, err = s.Out.Write(body)
	return err
}
