package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/klog/v2"
	"k8s.io/klog/v2/textlogger"

	"github.com/fedrail/fedrail/examples/controller/plane"
	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
	externaldnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/externaldns/v1alpha1"
	multiclusterdnsv1alpha1 "github.com/fedrail/fedrail/federation/apis/multiclusterdns/v1alpha1"
	"github.com/fedrail/fedrail/federation/kubefed"
	"github.com/fedrail/fedrail/propagation"
)

// ownNamespace is where a pod finds the namespace that it runs in.
const ownNamespace = "/var/run/secrets/kubernetes.io/serviceaccount/namespace"

// flags are those of the program, named as KubeFed's are where KubeFed has them.
type flags struct {
	kubeconfig, context, master, namespace string

	configFile              string
	healthAddr, metricsAddr string
	qps                     float32
	burst                   int
	leaderElect             bool
	fieldManager            string
	letGoAfter              time.Duration
	lossGuard               string
	dnsEndpointGroup        string
	dnsPublishTime          time.Duration
	clusterSet              string
	execPlugins             string
	logFormat               string
	verbosity               int
}

func (f *flags) addHost(set *pflag.FlagSet) {
	set.StringVar(&f.kubeconfig, "kubeconfig", "", "kubeconfig file of the host; in a pod, that of its service account when empty")
	set.StringVar(&f.context, "context", "", "context in that file; default its current one")
	set.StringVar(&f.master, "master", "", "URL of the host's API server, in place of the one in the kubeconfig file")
	set.StringVar(&f.namespace, "kubefed-namespace", "", "system namespace of the federation; default that of the pod, else "+corev1beta1.DefaultNamespace)
	set.Float32Var(&f.qps, "rest-config-qps", 0, "requests a second to the host; 0 is no limit, and the API server's own fairness decides")
	set.IntVar(&f.burst, "rest-config-burst", 0, "requests to the host that may come at a time, when their rate is limited")
}

func (f *flags) addControl(set *pflag.FlagSet) {
	set.StringVar(&f.configFile, "kubefed-config", "", "file with a KubeFedConfig, in place of the one on the host")
	set.StringVar(&f.healthAddr, "healthz-addr", ":8080", "address to serve /healthz and /readyz on; port 0 is a free one, empty is none")
	set.StringVar(&f.metricsAddr, "metrics-addr", ":9090", "address to serve /metrics on; port 0 is a free one, empty is none")
	set.BoolVar(&f.leaderElect, "leader-elect", true, "work only while holding the lease "+corev1beta1.LeaderElectionName)
	set.StringVar(&f.fieldManager, "field-manager", "fedrail", "owner of our fields in the members")
	set.DurationVar(&f.letGoAfter, "let-go-after", 10*time.Minute, "how long a deletion waits for clusters that cannot be reached, before they are cleaned up later; negative is for ever")
	set.StringVar(&f.lossGuard, "loss-guard", "MostAtOnce", "MostAtOnce holds back that an object loses most of its clusters unasked; AnyLoss holds nothing back")
	set.StringVar(&f.dnsEndpointGroup, "dns-endpoint-group", externaldnsv1alpha1.Group, "API group of the DNSEndpoints that are written: "+externaldnsv1alpha1.Group+", or "+multiclusterdnsv1alpha1.Group+" for external-dns up to v0.20")
	set.DurationVar(&f.dnsPublishTime, "dns-publish-time", time.Minute, "how long external-dns takes at the most to carry out what it is told: a drained cluster keeps its copies for so long, and the TTL, after its addresses were withdrawn")
	set.StringVar(&f.clusterSet, "clusterset", "Off", "Flat has services that members export (ServiceExport) imported by the others, whose networks have to be one; members join with that flag, too")
	set.StringVar(&f.execPlugins, "member-exec-plugins", "Refuse", "Allow runs the programs that kubeconfig files in the members' Secrets name (exec), on this machine; Refuse does not")
	set.StringVar(&f.logFormat, "log-format", "text", "text or json")
	set.IntVarP(&f.verbosity, "v", "v", 0, "verbosity of the log; 1 tells of more than what somebody has to act on")
}

// host is how the host is reached, and the system namespace in it.
func (f *flags) host() (*rest.Config, string, error) {
	config, err := f.hostConfig()
	if err != nil {
		return nil, "", fmt.Errorf("--kubeconfig, --context, --master: %w", err)
	}
	config.QPS, config.Burst = f.qps, f.burst
	if f.qps == 0 {
		config.QPS = -1 // 0 would be the default of client-go
	}
	config = rest.AddUserAgent(config, "fedrail-controller")
	if f.namespace != "" {
		return config, f.namespace, nil
	}
	content, err := os.ReadFile(ownNamespace)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, "", fmt.Errorf("find the namespace of this pod, or set --kubefed-namespace: %w", err)
	}
	return config, cmp.Or(strings.TrimSpace(string(content)), corev1beta1.DefaultNamespace), nil
}

func (f *flags) hostConfig() (*rest.Config, error) {
	if f.context == "" {
		return clientcmd.BuildConfigFromFlags(f.master, f.kubeconfig)
	}
	config, err := contextOf(f.kubeconfig, f.context)
	if err == nil && f.master != "" {
		config.Host = f.master
	}
	return config, err
}

// contextOf is how a kubeconfig file says that a cluster is reached. With an empty
// name, its current context counts.
func contextOf(file, name string) (*rest.Config, error) {
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: file}
	config, err := clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: name}).ClientConfig()
	if err != nil {
		return nil, err
	}
	return config, rest.LoadTLSFiles(config)
}

func (f *flags) election() plane.Election {
	if f.leaderElect {
		return plane.Elect
	}
	return plane.Alone
}

// guard is what holds losses back.
func (f *flags) guard() (propagation.LossGuard, error) {
	switch f.lossGuard {
	case "MostAtOnce":
		return propagation.MostAtOnce{}, nil
	case "AnyLoss":
		return propagation.AnyLoss{}, nil
	}
	return nil, fmt.Errorf("--loss-guard: got %q, want MostAtOnce or AnyLoss", f.lossGuard)
}

// dnsEndpoints is where DNSEndpoints are written.
func (f *flags) dnsEndpoints() (schema.GroupVersionResource, error) {
	switch f.dnsEndpointGroup {
	case externaldnsv1alpha1.Group:
		return externaldnsv1alpha1.DNSEndpoints(), nil
	case multiclusterdnsv1alpha1.Group:
		return multiclusterdnsv1alpha1.DNSEndpoints(), nil
	}
	return schema.GroupVersionResource{}, fmt.Errorf("--dns-endpoint-group: got %q, want %s or %s", f.dnsEndpointGroup, externaldnsv1alpha1.Group, multiclusterdnsv1alpha1.Group)
}

// clusterSetOf reads the flag --clusterset.
func clusterSetOf(text string) (plane.ClusterSet, error) {
	switch text {
	case "Off":
		return plane.Apart, nil
	case string(plane.Flat):
		return plane.Flat, nil
	}
	return "", fmt.Errorf("--clusterset: got %q, want Flat or Off", text)
}

// execPolicyOf reads the flag --member-exec-plugins.
func execPolicyOf(text string) (kubefed.ExecPolicy, error) {
	switch text {
	case "Refuse":
		return kubefed.ExecRefuse, nil
	case string(kubefed.ExecAllow):
		return kubefed.ExecAllow, nil
	}
	return "", fmt.Errorf("--member-exec-plugins: got %q, want Allow or Refuse", text)
}

// logger also gets what client-go has to say.
func (f *flags) logger() (logr.Logger, error) {
	var log logr.Logger
	switch f.logFormat {
	case "text":
		log = textlogger.NewLogger(textlogger.NewConfig(textlogger.Verbosity(f.verbosity), textlogger.Output(os.Stderr)))
	case "json":
		level := slog.Level(-f.verbosity)
		log = logr.FromSlogHandler(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level}))
	default:
		return log, fmt.Errorf("--log-format: got %q, want text or json", f.logFormat)
	}
	klog.SetLoggerWithOptions(log, klog.ContextualLogger(true))
	return log, nil
}
