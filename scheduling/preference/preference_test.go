package preference_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestReplicasAreDividedOverTheClusters(t *testing.T) {
	w := federate(t, 3, deployments)
	w.begin()
	w.deploy("web", nil)
	w.prefer("web", fields{"targetKind": "FederatedDeployment", "totalReplicas": int64(9),
		"clusters": fields{"member1": fields{"weight": int64(2)}, "*": fields{"weight": int64(1)}}})
	w.Until("divided", func() bool { return len(w.held("web")) == 3 && w.held("web")["member1"] == 5 })
	w.allReady("web")
	s := w.untilScheduled("web")
	require.Equal(t, w.held("web"), planned(s))
	b, _ := json.MarshalIndent(s, "", " ")
	t.Log(string(b))
}
