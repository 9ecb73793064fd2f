package verbs

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/fedrail/fedrail/examples/fedctl/migrate"
)

// takeSteps takes those that were asked for, one after the other, and says what comes
// next.
func (m *migrateKubeFed) takeSteps(c *cobra.Command, take migrate.Migration) error {
	steps, err := m.chosen(c, take)
	if err != nil {
		return err
	}
	for _, step := range steps {
		if err := m.Step(string(step), func() (string, error) { return take.Take(c.Context(), step) }); err != nil {
			return notYet(err)
		}
	}
	switch {
	case slices.Contains(steps, migrate.Finish):
		m.Tell("the federation is no longer KubeFed's")
	case slices.Contains(steps, migrate.Carry):
		m.Next("when all is well for some days, delete what KubeFed left", "migrate kubefed --yes --finish")
	case slices.Contains(steps, migrate.Define):
		m.Next("next, start a controller, here or elsewhere", "install --image IMAGE")
		m.Next("then see that it carries everything", "migrate kubefed --yes --wait 5m")
	}
	return nil
}

// chosen are the steps to take. Nobody waits for a controller unless he asked for that,
// or one works.
func (m *migrateKubeFed) chosen(c *cobra.Command, take migrate.Migration) ([]migrate.Step, error) {
	if len(m.steps) > 0 {
		return slices.DeleteFunc(migrate.Steps(), func(s migrate.Step) bool { return !slices.Contains(m.steps, string(s)) }), nil
	}
	steps := []migrate.Step{migrate.BackUp, migrate.Stop, migrate.Define}
	plane, err := migrate.Working(c.Context(), take.Host)
	if err != nil {
		return nil, err
	}
	if m.finish || m.wait > 0 || plane.Lease.HeldAt(time.Now()) {
		steps = append(steps, migrate.Carry)
	}
	if m.finish {
		steps = append(steps, migrate.Finish)
	}
	return steps, nil
}
