package kubeconfig

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"hash/maphash"
	"maps"
	"os"
	"slices"
	"time"

	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
	"sigs.k8s.io/yaml"
)

// file is a kubeconfig that was read.
type file struct {
	path   string // empty when it is no file
	config *clientcmdapi.Config
}

const (
	// settling is how long a file that changes must stay the same to be believed.
	settling = 50 * time.Millisecond
	// filling is how long one that is empty must: most writers empty it first.
	filling = time.Second
)

// settled reads a file until two reads in a row agree: somebody may be in the
// middle of writing it.
func settled(ctx context.Context, path string) ([]byte, error) {
	began := time.Now()
	before, err := os.ReadFile(path)
	for err == nil {
		if err = pause(ctx, settling); err != nil {
			break
		}
		var now []byte
		if now, err = os.ReadFile(path); err == nil && bytes.Equal(now, before) && (len(now) > 0 || time.Since(began) > filling) {
			return now, nil
		}
		before = now
	}
	return nil, err
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

func parse(path string, content []byte) (*file, error) {
	config, err := clientcmd.Load(content)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", place(path), err)
	}
	if len(config.Contexts) == 0 && !saysKind(content) {
		return nil, fmt.Errorf("%s: there are no contexts in it, nor does it say kind: Config", place(path))
	}
	if path != "" {
		for _, cluster := range config.Clusters {
			cluster.LocationOfOrigin = path
		}
		for _, user := range config.AuthInfos {
			user.LocationOfOrigin = path
		}
		if err := clientcmd.ResolveLocalPaths(config); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return &file{path: path, config: config}, nil
}

// saysKind tells a kubeconfig without contexts, which is an empty federation,
// from a file that is empty or something else.
func saysKind(content []byte) bool {
	var said struct {
		Kind string `json:"kind"`
	}
	return yaml.Unmarshal(content, &said) == nil && said.Kind == "Config"
}

func place(path string) string {
	if path == "" {
		return "kubeconfig"
	}
	return path
}

// names are the contexts that are members, in order.
func (f *file) names(chosen []string) []string {
	if chosen != nil {
		return chosen
	}
	return slices.Sorted(maps.Keys(f.config.Contexts))
}

// entry is what the file says of one context.
type entry struct {
	config *rest.Config // without the token
	token  string
	hash   string // of all but the token
}

func (f *file) entry(name string, seed maphash.Seed) (entry, error) {
	chosen, found := f.config.Contexts[name]
	if !found {
		return entry{}, fmt.Errorf("there is no context %q in %s", name, place(f.path))
	}
	config, err := clientcmd.NewNonInteractiveClientConfig(*f.config, name, &clientcmd.ConfigOverrides{}, nil).ClientConfig()
	if err != nil {
		return entry{}, fmt.Errorf("context %q in %s: %w", name, place(f.path), err)
	}
	token := config.BearerToken
	if config.BearerTokenFile != "" {
		token = "" // client-go reads it, again and again
	}
	config.BearerToken = ""
	config.QPS = -1
	user := f.config.AuthInfos[chosen.AuthInfo].DeepCopy()
	if user != nil {
		user.Token = ""
	}
	words, err := json.Marshal([]any{f.config.Clusters[chosen.Cluster], user})
	if err != nil {
		return entry{}, errors.New("its entries cannot be compared")
	}
	return entry{config: config, token: token, hash: fmt.Sprintf("%016x", maphash.Bytes(seed, words))}, nil
}
