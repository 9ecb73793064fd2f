package migrate

import (
	"context"
	"fmt"
	"time"
)

// poll is the time between two looks, unless one takes longer.
const poll = 300 * time.Millisecond

// await looks until nothing lacks, for so long at the most, and once at the least. The
// error says what lacks.
func await(ctx context.Context, patience time.Duration, look func(context.Context) (lacks string, err error)) error {
	deadline := time.Now().Add(patience)
	for {
		begun := time.Now()
		lacks, err := look(ctx)
		switch {
		case err != nil:
			return err
		case lacks == "":
			return nil
		case !time.Now().Before(deadline):
			return fmt.Errorf("%s: %w", lacks, ErrNotYet)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(max(poll, time.Since(begun))):
		}
	}
}
