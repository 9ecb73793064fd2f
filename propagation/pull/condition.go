package pull

import (
	"errors"
	"fmt"
	"sync"
)

// condition is how an agent fares with its host and its member.
type condition struct {
	mu      sync.Mutex
	listed  bool  // the bundles are known
	reading error // why they cannot be read; nil when nothing says so
	beaten  bool  // a heartbeat was sent
	beating error // why the last one was not; nil when it was
}

// noteReading takes over how reading went; nil says that all bundles were listed.
func (c *condition) noteReading(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reading = err
	c.listed = c.listed || err == nil
}

func (c *condition) noteBeat(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.beating = err
	c.beaten = c.beaten || err == nil
}

// Ready says why the agent does not work as it should: it has not listed the
// bundles on the host yet, or cannot read them now, or its last heartbeat did not
// get there, because of the member or of the host. It is nil when nothing is in the
// way, and may be called concurrently.
func (a *Agent) Ready() error {
	c := &a.condition
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	switch {
	case c.reading != nil:
		errs = append(errs, fmt.Errorf("cannot read bundles on the host: %w", c.reading))
	case !c.listed:
		errs = append(errs, errors.New("the bundles on the host have not been listed yet"))
	}
	switch {
	case c.beating != nil:
		errs = append(errs, fmt.Errorf("no heartbeat: %w", c.beating))
	case !c.beaten:
		errs = append(errs, errors.New("no heartbeat was sent yet"))
	}
	return errors.Join(errs...)
}
