package diffs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"k8s.io/cli-runtime/pkg/genericiooptions"
)

// Program is the environment variable that names a program to show differences with,
// in the place of our own; kubectl's has the same meaning.
const Program = "KUBECTL_EXTERNAL_DIFF"

// External shows changes by a program, which is given a folder of what is there and one
// of what would be. It says whether there are differences, by what the program ends
// with. Of the words after the program's name, those count that are made of letters,
// digits, - and =, as for kubectl.
func External(ctx context.Context, program string, streams genericiooptions.IOStreams, changes []Change, values Secrecy) (differ bool, err error) {
	folder, err := os.MkdirTemp("", "fedctl-diff-")
	if err != nil {
		return false, err
	}
	defer func() { _ = os.RemoveAll(folder) }() // what is left of it is the system's to clear away
	live, merged := filepath.Join(folder, "LIVE"), filepath.Join(folder, "MERGED")
	for _, side := range []string{live, merged} {
		if err := os.Mkdir(side, 0o700); err != nil {
			return false, err
		}
	}
	for _, c := range changes {
		before, after, err := c.Texts(values)
		if err != nil {
			return false, err
		}
		if err := errors.Join(c.write(live, before), c.write(merged, after)); err != nil {
			return false, err
		}
	}
	return run(ctx, program, streams, live, merged)
}

// write writes one side of a change; nothing is no file.
func (c Change) write(folder, text string) error {
	if text == "" {
		return nil
	}
	return os.WriteFile(filepath.Join(folder, strings.ReplaceAll(c.Name, "/", ".")), []byte(text), 0o600)
}

func run(ctx context.Context, program string, streams genericiooptions.IOStreams, folders ...string) (bool, error) {
	words := strings.Fields(program)
	if len(words) == 0 {
		return false, fmt.Errorf("%s is blank: name a program, or unset it", Program)
	}
	safe := regexp.MustCompile(`^[a-zA-Z0-9-=]+$`)
	var args []string
	for _, word := range words[1:] {
		if safe.MatchString(word) {
			args = append(args, word)
		}
	}
	command := exec.CommandContext(ctx, words[0], append(args, folders...)...)
	command.Stdin, command.Stdout, command.Stderr = streams.In, streams.Out, streams.ErrOut
	err := command.Run()
	if exit, is := errors.AsType[*exec.ExitError](err); is && exit.ExitCode() == 1 {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("%s: %s: %w", Program, words[0], err)
	}
	return false, nil
}
