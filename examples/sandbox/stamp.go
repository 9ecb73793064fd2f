package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
)

// The files in the cache.
const (
	serversFile = "sandbox"
	kwokFile    = "kwok"
	stampFile   = "built-from"
)

// stampOf changes when anything changes that the programs are built from; go.sum
// stands for all modules.
func stampOf(source string) ([]byte, error) {
	sum := sha256.New()
	for _, name := range []string{"go.mod", "go.sum", "main.go", filepath.Join("kwok", "main.go")} {
		data, err := os.ReadFile(filepath.Join(source, name))
		if err != nil {
			return nil, err
		}
		sum.Write(data)
	}
	return []byte(hex.EncodeToString(sum.Sum(nil)) + "\n"), nil
}

// isBuilt says that the cache holds programs with this stamp.
func isBuilt(target string, stamp []byte) bool {
	for _, name := range []string{serversFile, kwokFile} {
		if _, err := os.Stat(filepath.Join(target, name)); err != nil {
			return false
		}
	}
	have, err := os.ReadFile(filepath.Join(target, stampFile))
	return err == nil && bytes.Equal(have, stamp)
}
