package main

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/uuid"

	"github.com/fedrail/fedrail/federation"
	"github.com/fedrail/fedrail/placement"
	"github.com/fedrail/fedrail/propagation"
	"github.com/fedrail/fedrail/propagation/memory"
	"github.com/fedrail/fedrail/propagation/push"
	"github.com/fedrail/fedrail/status"
)

// copy measures what one more copy of an object costs in memory: how much the
// heap grows when a second member gets all objects that a first one holds. All
// that is kept of a copy counts, in the loop and in its Propagator; what is kept
// of the object itself is there already. Members are real, and so are their
// answers and their managedFields; the objects are declared in this process.
func (b bench) copy(ctx context.Context) error {
	return b.onGround(ctx, 2, func(ctx context.Context, g *ground) error {
		h := &hoard{bench: b, objects: declareInMemory(b.managed)}
		for _, m := range g.members {
			if err := addNamespace(ctx, m, controlled().namespace); err != nil {
				return err
			}
		}
		carried, err := h.second(ctx, g, "carrying")
		if err != nil {
			return err
		}
		found, err := h.second(ctx, g, "finding")
		return errors.Join(err, b.print("copy_bytes", carried, "B/copy"), b.print("copy_bytes_found", found, "B/copy"))
	})
}

// hoard is many objects in the memory of this process.
type hoard struct {
	bench
	objects *memory.Intents
}

// declareInMemory declares n objects for all members, as large as those of the race.
func declareInMemory(n int) *memory.Intents {
	all := &memory.Intents{}
	for i := range n {
		all.Declare(propagation.Intent{
			Key:       hoarded(i),
			Parent:    uuid.NewUUID(),
			Template:  inMemory(creating),
			Placement: placement.Request{Want: placement.Placement{Selector: &metav1.LabelSelector{}}}, // everywhere
		})
	}
	return all
}

func hoarded(i int) propagation.Key {
	return propagation.Key{Namespace: controlled().namespace, Name: fmt.Sprintf("config-%05d", i)}
}

// inMemory is the template of the race as an object.
func inMemory(p phase) *unstructured.Unstructured {
	content := template(p)
	content["apiVersion"], content["kind"] = configMaps().Version, configMaps().Kind
	return &unstructured.Unstructured{Object: content}
}

// second runs a controller until one member holds all objects, and then two, and
// returns by how much the heap grew meanwhile, for each object.
func (h *hoard) second(ctx context.Context, g *ground, doing string) (float64, error) {
	members := direct{federation.NewMembers(), g}
	carrier, err := push.New(push.Options{Clusters: members, Type: configMaps()})
	if err != nil {
		return 0, err
	}
	controller, err := propagation.New(propagation.Options{Registry: members, Source: h.objects, Ledger: h.objects, Propagator: carrier})
	if err != nil {
		return 0, err
	}
	var before, after uint64
	err = h.while(ctx, controller, func(ctx context.Context) error {
		if before, err = h.heapWith(ctx, members, 1, doing); err != nil {
			return err
		}
		after, err = h.heapWith(ctx, members, 2, doing)
		return err
	})
	runtime.KeepAlive(carrier)
	return (float64(after) - float64(before)) / float64(h.managed), err
}

// while does something while a controller runs, and waits for its end.
func (h *hoard) while(ctx context.Context, controller *propagation.Controller, do func(context.Context) error) error {
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- controller.Start(ctx) }()
	err := do(ctx)
	stop()
	return errors.Join(err, <-ended)
}

// heapWith adds the n-th member, waits until so many hold all, and returns how
// much memory is in use then.
func (h *hoard) heapWith(ctx context.Context, members direct, n int, doing string) (uint64, error) {
	h.say("%s %d objects, member %d", doing, h.managed, n)
	members.Put(federation.Cluster{Name: federation.ClusterName(members.ground.members[n-1].Cluster()), Ready: true})
	h.during(doing, nil)
	for i := range h.managed {
		err := h.objects.Await(ctx, hoarded(i), func(s status.Summary) bool { return fine(s, n) })
		if err != nil {
			return 0, err
		}
	}
	return heap(ctx)
}

// fine says whether so many members hold an object as they should.
func fine(s status.Summary, members int) bool {
	for _, c := range s.Clusters {
		if c.State != status.OK {
			return false
		}
	}
	return len(s.Clusters) == members
}

// settlement is how long to wait until what is of no more use is let go of.
const settlement = 2 * time.Second

// heap is how much memory is in use, garbage aside.
func heap(ctx context.Context) (uint64, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(settlement):
	}
	for range 3 { // what a finalizer or a weak pointer holds goes later
		runtime.GC()
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc, nil
}
