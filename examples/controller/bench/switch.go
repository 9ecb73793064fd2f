package main

import (
	"context"
	"encoding/json"
	"fmt"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/wait"

	corev1beta1 "github.com/fedrail/fedrail/federation/apis/core/v1beta1"
)

// pollPeriod is the time between two looks while nothing is measured.
const pollPeriod = 20 * time.Millisecond

// away implements contestant.
func (c *controller) away(ctx context.Context, p phase) error {
	if p != deleting {
		return nil // it does not carry the type
	}
	before, err := c.spent(ctx)
	if err != nil {
		return err
	}
	c.stopped = &before
	return c.signal(syscall.SIGSTOP)
}

// ready implements contestant: the controller learns everything while the clock
// runs.
func (c *controller) ready(context.Context, phase) error { return nil }

// begin implements contestant. Nothing but this one write tells the controller
// to work: it has yet to list the federated objects and the members. Deletions
// it serves as soon as it may go on.
func (c *controller) begin(ctx context.Context, p phase) error {
	if p == deleting {
		c.stopped = nil
		return c.signal(syscall.SIGCONT)
	}
	_, err := c.set(ctx, configMaps().Resource, corev1beta1.Enabled)
	return err
}

// rest implements contestant.
func (c *controller) rest(ctx context.Context) error {
	return c.turn(ctx, configMaps().Resource, corev1beta1.Disabled)
}

// turn has a type be carried, or not, and returns when that is so.
func (c *controller) turn(ctx context.Context, name string, to corev1beta1.Toggle) error {
	generation, err := c.set(ctx, name, to)
	if err != nil {
		return err
	}
	want := corev1beta1.FederatedTypeConfigStatus{ObservedGeneration: generation, PropagationController: corev1beta1.NotRunning}
	if to == corev1beta1.Enabled {
		want.PropagationController = corev1beta1.Running
	}
	err = wait.PollUntilContextTimeout(ctx, pollPeriod, time.Minute, true, func(ctx context.Context) (bool, error) {
		object, err := c.configs.Get(ctx, name, metav1.GetOptions{})
		if err != nil {
			return false, err
		}
		is, err := typeConfig(object)
		return err == nil && is.Status == want, err
	})
	if err != nil {
		return fmt.Errorf("wait until the controller has followed FederatedTypeConfig %s: %w", name, err)
	}
	return nil
}

func (c *controller) set(ctx context.Context, name string, to corev1beta1.Toggle) (generation int64, err error) {
	body, err := json.Marshal(map[string]any{"spec": map[string]any{"propagation": to}})
	if err != nil {
		return 0, err
	}
	object, err := c.configs.Patch(ctx, name, types.MergePatchType, body, metav1.PatchOptions{})
	if err != nil {
		return 0, fmt.Errorf("FederatedTypeConfig %s: %w", name, err)
	}
	return object.GetGeneration(), nil
}

func typeConfig(object *unstructured.Unstructured) (*corev1beta1.FederatedTypeConfig, error) {
	config := &corev1beta1.FederatedTypeConfig{}
	return config, runtime.DefaultUnstructuredConverter.FromUnstructured(object.Object, config)
}
