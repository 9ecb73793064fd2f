package command

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// answerTimeout is how long an API server has to answer.
const answerTimeout = 3 * time.Second

func statusCommand(name *string) *cobra.Command {
	return &cobra.Command{
		Use:   "status",
		Short: "Say for each cluster whether its API server answers, its nodes and its processes",
		Long: `Say for each cluster whether its API server answers, its nodes and its processes.

It ends with code 1 when the sandbox is not up.`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return status(cmd.Context(), *name, cmd.OutOrStdout())
		},
	}
}

func status(ctx context.Context, name string, out io.Writer) error {
	st, err := openStore(name)
	if err != nil {
		return err
	}
	r, ok, err := st.read()
	if err != nil {
		return err
	}
	if !ok {
		return st.errNotUp()
	}
	rows := make([]string, len(r.Clusters))
	var all sync.WaitGroup
	for i, c := range r.Clusters {
		all.Go(func() { rows[i] = row(ctx, st, c) })
	}
	all.Wait()
	table := tabwriter.NewWriter(out, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "CLUSTER\tAPI SERVER\tNODES\tREGION\tZONES\tPROCESSES")
	for _, line := range rows {
		fmt.Fprintln(table, line)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\netcd %s; kubeconfig %s\n", pidText(r.Etcd), st.kubeconfig())
	return nil
}

// row is one cluster as columns.
func row(ctx context.Context, st store, c clusterRecord) string {
	answer, nodes := "answers", "-"
	list, err := ask(ctx, st, c.Name)
	if err != nil {
		answer = "does not answer"
	} else {
		nodes = fmt.Sprintf("%d/%d ready", countReady(list.Items), len(list.Items))
	}
	processes := make([]string, len(c.Processes))
	for i, p := range c.Processes {
		processes[i] = p.Name + " " + pidText(p.PID)
	}
	return strings.Join([]string{c.Name, answer, nodes, c.Region, strings.Join(c.Zones, ","), strings.Join(processes, ", ")}, "\t")
}

// pidText marks a process that is gone.
func pidText(pid int) string {
	if syscall.Kill(pid, 0) != nil {
		return fmt.Sprintf("%d (gone)", pid)
	}
	return fmt.Sprint(pid)
}

func ask(ctx context.Context, st store, cluster string) (*corev1.NodeList, error) {
	config, err := configOf(st, cluster)
	if err != nil {
		return nil, err
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, answerTimeout)
	defer cancel()
	return client.CoreV1().Nodes().List(ctx, metav1.ListOptions{})
}

func configOf(st store, cluster string) (*rest.Config, error) {
	rules := &clientcmd.ClientConfigLoadingRules{ExplicitPath: st.kubeconfig()}
	return clientcmd.NewNonInteractiveDeferredLoadingClientConfig(rules, &clientcmd.ConfigOverrides{CurrentContext: cluster}).ClientConfig()
}

func countReady(nodes []corev1.Node) int {
	ready := 0
	for i := range nodes {
		for _, condition := range nodes[i].Status.Conditions {
			if condition.Type == corev1.NodeReady && condition.Status == corev1.ConditionTrue {
				ready++
			}
		}
	}
	return ready
}
