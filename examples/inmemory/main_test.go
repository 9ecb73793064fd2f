package main

import (
	"bytes"
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestTheProgramTellsTheSameStoryEachTime(t *testing.T) {
	defer goleak.VerifyNone(t)
	var stdout bytes.Buffer
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	err := run(ctx, &stdout)
	require.Equal(t, story, stdout.String())
	require.NoError(t, err)
}

const story = `# a Deployment arrives
Ready=True AllClusters: 2 of 2 clusters hold what they should
  berlin: image shop:1, replicas 1
  boston: image shop:1, replicas 1
# each cluster has its own number of replicas
Ready=True AllClusters: 2 of 2 clusters hold what they should
  berlin: image shop:1, replicas 3
  boston: image shop:1, replicas 5
# tokyo joins
Ready=True AllClusters: 3 of 3 clusters hold what they should
  berlin: image shop:1, replicas 3
  boston: image shop:1, replicas 5
  tokyo: image shop:1, replicas 1
# tokyo is down while a new image is rolled out
Ready=False CheckClusters: 2 of 3 clusters hold what they should; tokyo: ClusterNotReady: the cluster is not ready (no route to host); it is brought up to date when it returns
  berlin: image shop:2, replicas 3
  boston: image shop:2, replicas 5
  tokyo: image shop:1, replicas 1
# tokyo returns
Ready=True AllClusters: 3 of 3 clusters hold what they should
  berlin: image shop:2, replicas 3
  boston: image shop:2, replicas 5
  tokyo: image shop:2, replicas 1
# the Deployment is deleted
  berlin: nothing
  boston: nothing
  tokyo: nothing
`
