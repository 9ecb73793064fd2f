package verbs

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"sync"

	"k8s.io/client-go/kubernetes"

	"github.com/fedrail/fedrail/examples/fedctl/cli"
)

// print prints logs: one after the other, or all at a time where they are followed. Those
// that cannot be read are told of.
func (r *reading) print(ctx context.Context, logs []logOf) error {
	failures, lines := make([]error, len(logs)), &lineWriter{to: r.Out}
	var following sync.WaitGroup
	for i, l := range logs {
		begin := ""
		if len(logs) > 1 {
			begin = l.prefix(r.all)
		}
		do := func() { failures[i] = r.copy(ctx, l, lines.begin(begin)) }
		if r.options.Follow {
			following.Go(do)
			continue
		}
		do()
	}
	following.Wait()
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return r.outcome(logs, failures)
}

// outcome tells of the logs that could not be read, and is what the verb ends with.
func (r *reading) outcome(logs []logOf, failures []error) error {
	var failed []error
	for i, l := range logs {
		if failures[i] != nil {
			failed = append(failed, fmt.Errorf("cluster %s: pod %s: %s", l.member.Name, l.pod, oneLine(failures[i])))
		}
	}
	switch {
	case len(failed) == 0:
		return nil
	case len(logs) == 1:
		return failed[0]
	}
	for _, err := range failed {
		r.Warn("%v", err)
	}
	if len(failed) == len(logs) {
		return fmt.Errorf("none of the %d logs can be read", len(logs))
	}
	return cli.Silently(cli.Partial)
}

// copy prints one log.
func (r *reading) copy(ctx context.Context, l logOf, to func(line []byte) error) error {
	config, err := r.host.Reach(ctx, l.member)
	if err != nil {
		return err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	options := r.options
	options.Container = l.container
	stream, err := client.CoreV1().Pods(l.namespace).GetLogs(l.pod, &options).Stream(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = stream.Close() }() // nothing was written to it
	return eachLine(stream, to)
}

// eachLine hands on the lines of a stream, each with its end.
func eachLine(from io.Reader, to func([]byte) error) error {
	lines := bufio.NewReader(from)
	for {
		line, err := lines.ReadBytes('\n')
		if len(line) > 0 {
			if err := to(line); err != nil {
				return err
			}
		}
		switch err {
		case nil:
		case io.EOF:
			return nil
		default:
			return err
		}
	}
}

// lineWriter writes whole lines, from several logs at a time.
type lineWriter struct {
	mu sync.Mutex
	to io.Writer
}

// begin writes lines that begin with a text. A line without an end gets one.
func (w *lineWriter) begin(with string) func([]byte) error {
	return func(line []byte) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		if line[len(line)-1] != '\n' && with != "" {
			line = append(line, '\n')
		}
		_, err := fmt.Fprintf(w.to, "%s%s", with, line)
		return err
	}
}
