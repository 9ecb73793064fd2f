package crds_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/fedrail/fedrail/federation/apis/crds"
)

func TestAllAreInOrder(t *testing.T) {
	all, err := crds.All()
	require.NoError(t, err)
	var names []string
	for _, crd := range all {
		names = append(names, crd.Name)
	}
	require.Equal(t, []string{
		"federatedservicestatuses.core.kubefed.io",
		"federatedtypeconfigs.core.kubefed.io",
		"kubefedclusters.core.kubefed.io",
		"kubefedconfigs.core.kubefed.io",
		"dnsendpoints.externaldns.k8s.io",
		"dnsendpoints.multiclusterdns.kubefed.io",
		"domains.multiclusterdns.kubefed.io",
		"gatewaydnsrecords.multiclusterdns.kubefed.io",
		"ingressdnsrecords.multiclusterdns.kubefed.io",
		"servicednsrecords.multiclusterdns.kubefed.io",
		"bundles.propagation.fedrail.io",
		"replicaschedulingpreferences.scheduling.kubefed.io",
	}, names)
}

func TestDefinitionsAreTheCallersOwn(t *testing.T) {
	first, err := crds.All()
	require.NoError(t, err)
	first[0].Spec.Group = "changed"
	second, err := crds.All()
	require.NoError(t, err)
	require.NotEqual(t, first[0].Spec.Group, second[0].Spec.Group)
}

func TestServerTakesAllDefinitions(t *testing.T) { host(t) }
