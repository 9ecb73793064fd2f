package main

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
)

// metric is one line of what a program tells of itself:
//
//	fedrail_requests_total{cluster="member1",resource="configmaps",verb="patch"} 5
type metric struct {
	name   string
	labels map[string]string
	value  float64
}

// parseMetric reads a line, and says no to any that is not such.
func parseMetric(line string) (metric, bool) {
	key, value, isSample := strings.Cut(strings.TrimSpace(line), " ")
	if before, after, labelled := strings.Cut(strings.TrimSpace(line), "} "); labelled {
		key, value, isSample = before, after, true
	}
	n, err := strconv.ParseFloat(value, 64)
	if !isSample || err != nil || strings.HasPrefix(key, "#") {
		return metric{}, false
	}
	name, labels, _ := strings.Cut(key, "{")
	m := metric{name: name, labels: map[string]string{}, value: n}
	for label := range strings.SplitSeq(labels, ",") {
		if of, quoted, isLabel := strings.Cut(label, "="); isLabel {
			m.labels[of] = strings.Trim(quoted, `"`)
		}
	}
	return m, true
}

// scrape asks a program for its metrics.
func scrape(ctx context.Context, url string) ([]metric, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	content, err := io.ReadAll(answer.Body)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", url, err)
	}
	var all []metric
	for line := range strings.Lines(string(content)) {
		if m, ok := parseMetric(line); ok {
			all = append(all, m)
		}
	}
	return all, nil
}
