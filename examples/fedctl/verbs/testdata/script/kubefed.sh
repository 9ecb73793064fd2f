#!/usr/bin/env bash
# Sets a federation of two clusters up, carries an application to them, and takes all of
# it down again, as scripts did that were written for kubefedctl.
set -euo pipefail

system=kube-federation-system
flags=(--host-cluster-context host --kubefed-namespace "$system" --v=2 --logtostderr)

say() { echo "== $*"; }
until_there() { until "$@" >/dev/null 2>&1; do sleep 0.2; done; }
until_gone() { while "$@" >/dev/null 2>&1; do sleep 0.2; done; }

say version
kubefedctl version | grep -o '^kubefedctl version: version.Info{Version:"'

say enable
kubefedctl enable deployments.apps "${flags[@]}"
kubefedctl enable ServiceAccount "${flags[@]}" --dry-run
kubefedctl enable sa -o yaml | kubectl apply -f - >/dev/null
kubefedctl enable --filename=- "${flags[@]}" <<DIRECTIVE
apiVersion: core.kubefed.io/v1beta1
kind: EnableTypeDirective
metadata:
  name: secrets
spec:
  federatedGroup: types.kubefed.io
  federatedVersion: v1beta1
DIRECTIVE

say join
for cluster in cluster1 cluster2; do
  kubefedctl join "$cluster" --cluster-context "$cluster" --host-cluster-name host "${flags[@]}"
done
kubefedctl join cluster1 --cluster-context=cluster1 --host-cluster-name=host --error-on-existing=false --secret-name=cluster1-token "${flags[@]}"
if kubefedctl join cluster1 --cluster-context cluster1 --error-on-existing=true "${flags[@]}"; then
  echo "a member joined again"
fi
for cluster in cluster1 cluster2; do
  kubectl wait -n "$system" --for=condition=Ready --timeout=60s "kubefedcluster/$cluster" >&2
  kubectl --context "$cluster" get serviceaccount -n "$system" "$cluster-host" -o name
done

say federate
kubectl create namespace shop >&2
kubectl create configmap settings -n shop --from-literal greeting=Welcome >&2
kubectl create secret generic till -n shop --from-literal user=till >&2
kubectl create deployment web -n shop --image registry.example/web >&2
kubefedctl federate namespaces shop --contents --skip-api-resources "secrets,pods,replicasets.apps" "${flags[@]}"
kubefedctl federate Secret till -n shop -o yaml | kubectl apply -f - >&2
kubectl create configmap more -n shop --from-literal a=b --dry-run=client -o yaml | kubefedctl federate --filename - | kubectl apply -f - >&2
if kubefedctl federate configmap missing --namespace shop "${flags[@]}"; then
  echo "an object was federated that is not there"
fi
for cluster in cluster1 cluster2; do
  for object in configmap/settings configmap/more secret/till deployment/web; do
    until_there kubectl --context "$cluster" -n shop get "$object"
  done
done

say orphaning-deletion
kubefedctl orphaning-deletion status federatedconfigmaps settings -n shop --host-cluster-context host
kubefedctl orphaning-deletion enable federatedconfigmaps settings -n shop --host-cluster-context host
kubefedctl orphaning-deletion status FederatedConfigMap settings -n shop --host-cluster-context host
kubefedctl orphaning-deletion enable federatedsecrets till -n shop
kubefedctl orphaning-deletion disable federatedsecrets till -n shop
kubefedctl orphaning-deletion status federatedsecrets till -n shop
kubectl delete -n shop federatedconfigmaps/settings federatedconfigmaps/more federatedsecrets/till >&2
until_gone kubectl --context cluster1 -n shop get secret/till
kubectl --context cluster1 -n shop get configmap/settings -o name

say unjoin
kubefedctl unjoin cluster2 --cluster-context cluster2 --host-cluster-name host --force "${flags[@]}" >&2
kubectl get -n "$system" kubefedclusters -o name

say disable
kubefedctl disable configmaps --delete-crd "${flags[@]}"
kubefedctl disable secrets "${flags[@]}"
if kubefedctl disable jobs.batch "${flags[@]}"; then
  echo "a type was disabled that is not enabled"
fi
