package programs

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
)

// stampFile is beside the programs and says what they were built from.
const stampFile = "built-from"

// stamp changes when anything changes that the programs are built from; go.sum
// stands for all other modules.
func (m Module) stamp() ([]byte, error) {
	sum := sha256.New()
	for _, name := range m.sources() {
		data, err := os.ReadFile(filepath.Join(m.Source, name))
		if err != nil {
			return nil, err
		}
		sum.Write(data)
	}
	return []byte(hex.EncodeToString(sum.Sum(nil)) + "\n"), nil
}

// sources are the files of the module itself. A package of its own is one main.go.
func (m Module) sources() []string {
	names := []string{"go.mod", "go.sum"}
	for _, program := range m.Programs {
		if strings.HasPrefix(program.Package, ".") {
			names = append(names, filepath.Join(program.Package, "main.go"))
		}
	}
	return names
}

// has says that Target holds programs with this stamp.
func (m Module) has(stamp []byte) bool {
	for _, name := range m.files() {
		if _, err := os.Stat(filepath.Join(m.Target, name)); err != nil {
			return false
		}
	}
	have, err := os.ReadFile(filepath.Join(m.Target, stampFile))
	return err == nil && bytes.Equal(have, stamp)
}
