package credential

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	clientauthenticationv1 "k8s.io/client-go/pkg/apis/clientauthentication/v1"
	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

const (
	// between is the least time from one run of a plug-in to the next, however much
	// what it gets is refused: each request would run it otherwise.
	between = 5 * time.Second
	// patience is how long a plug-in may run.
	patience = 15 * time.Second
	// leaving is how long a plug-in that was killed may keep its output open.
	leaving = time.Second
	// execInfo is the variable in which a plug-in finds what is asked of it.
	execInfo = "KUBERNETES_EXEC_INFO"
)

// plugin runs a program that gets a credential, when there is none yet, when the
// last one has expired, and when the member refused it. client-go's own cannot be
// told to stop, so that a program that hangs would hold whoever asked for ever.
type plugin struct {
	config  *clientcmdapi.ExecConfig
	cluster *clientauthenticationv1.Cluster // nil unless it asks for it
	changed func()

	turn    chan struct{} // holds one element while somebody looks at what follows
	ran     time.Time     // zero: never
	got     *Value        // nil: nothing
	err     error         // why the last run got nothing
	expires time.Time     // zero: never
	refused bool
}

func newPlugin(config *clientcmdapi.ExecConfig, o Options) *plugin {
	p := &plugin{config: config, changed: o.Changed, turn: make(chan struct{}, 1)}
	if config.ProvideClusterInfo {
		p.cluster = &o.Cluster
	}
	return p
}

// get is the credential of the moment.
func (p *plugin) get(ctx context.Context) (*Value, error) {
	select {
	case p.turn <- struct{}{}:
		defer func() { <-p.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !p.due() {
		return p.got, p.err
	}
	before := p.got
	answer, err := p.run(ctx)
	if err != nil && errors.Is(ctx.Err(), context.Canceled) {
		return nil, ctx.Err() // nothing is learned from a run that was cut short
	}
	p.ran, p.refused = time.Now(), false
	p.got, p.expires, p.err = answer.value, answer.expires, err
	if before != nil && p.got != nil && !sameCertificate(before.Certificate, p.got.Certificate) && p.changed != nil {
		p.changed()
	}
	return p.got, p.err
}

// due says whether the program has to run.
func (p *plugin) due() bool {
	expired := !p.expires.IsZero() && time.Now().After(p.expires)
	needed := p.got == nil || p.refused || expired
	return needed && (p.ran.IsZero() || time.Since(p.ran) >= between)
}

// refuse notes that the member does not accept what was got.
func (p *plugin) refuse(value *Value) {
	p.turn <- struct{}{}
	defer func() { <-p.turn }()
	p.refused = p.refused || p.got == value
}

// answer is what a run got.
type answer struct {
	value   *Value
	expires time.Time
}

// run lets the program finish although the request that needs it has no time any
// more: the next one has what it got. It is killed when it takes too long, or when
// nobody wants an answer any more.
func (p *plugin) run(ctx context.Context) (answer, error) {
	running, kill := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer kill()
	defer context.AfterFunc(ctx, func() {
		if errors.Is(ctx.Err(), context.Canceled) {
			kill()
		}
	})()
	info, err := p.ask()
	if err != nil {
		return answer{}, p.failed(err)
	}
	command := exec.CommandContext(running, p.config.Command, p.config.Args...)
	command.Env = append(os.Environ(), info...)
	command.Stderr, command.WaitDelay = os.Stderr, leaving
	output, err := command.Output()
	switch {
	case running.Err() != nil:
		return answer{}, p.failed(fmt.Errorf("it does not end within %s", patience))
	case err != nil:
		return answer{}, p.failed(err)
	}
	got, err := p.read(output)
	if err != nil {
		return answer{}, p.failed(err)
	}
	return got, nil
}

// failed names the program, and nothing of what it was given or wrote.
func (p *plugin) failed(err error) error {
	return fmt.Errorf("credential plug-in %q: %w", filepath.Base(p.config.Command), err)
}

// ask is the environment that the program has beside ours.
func (p *plugin) ask() ([]string, error) {
	question, err := json.Marshal(clientauthenticationv1.ExecCredential{
		TypeMeta: p.typeMeta(),
		Spec:     clientauthenticationv1.ExecCredentialSpec{Cluster: p.cluster},
	})
	env := make([]string, 0, len(p.config.Env)+1)
	for _, v := range p.config.Env {
		env = append(env, v.Name+"="+v.Value)
	}
	return append(env, execInfo+"="+string(question)), err
}

func (p *plugin) typeMeta() metav1.TypeMeta {
	return metav1.TypeMeta{APIVersion: p.config.APIVersion, Kind: "ExecCredential"}
}

// read understands what the program wrote. Its versions v1 and v1beta1 look the
// same.
func (p *plugin) read(output []byte) (answer, error) {
	var said clientauthenticationv1.ExecCredential
	if json.Unmarshal(output, &said) != nil {
		return answer{}, errors.New("what it writes is not JSON")
	}
	if said.TypeMeta != p.typeMeta() {
		return answer{}, fmt.Errorf("it does not write an ExecCredential of %s", p.config.APIVersion)
	}
	status := cmp.Or(said.Status, &clientauthenticationv1.ExecCredentialStatus{})
	if status.Token == "" && status.ClientCertificateData == "" {
		return answer{}, errors.New("it writes neither a token nor a client certificate")
	}
	got := answer{value: &Value{}}
	if status.ClientCertificateData != "" {
		pair, err := Pair([]byte(status.ClientCertificateData), []byte(status.ClientKeyData))
		if err != nil {
			return answer{}, err
		}
		got.value = &pair
	}
	got.value.Token = status.Token
	if status.ExpirationTimestamp != nil {
		got.expires = status.ExpirationTimestamp.Time
	}
	return got, nil
}
