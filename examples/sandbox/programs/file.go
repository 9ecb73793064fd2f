package programs

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// ReadFile reads a file of a module that the module in the folder source needs, in the
// version that is pinned there. The module is fetched when it is not on this machine.
func ReadFile(ctx context.Context, source, module, name string) ([]byte, error) {
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, "go", "mod", "download", "-json", module)
	cmd.Dir, cmd.Stderr = source, &said
	answer, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("find %s for %s: %w\n%s%s", module, source, err, answer, said.Bytes())
	}
	var found struct{ Dir string }
	if err := json.Unmarshal(answer, &found); err != nil {
		return nil, fmt.Errorf("find %s for %s: %w", module, source, err)
	}
	return os.ReadFile(filepath.Join(found.Dir, name))
}
