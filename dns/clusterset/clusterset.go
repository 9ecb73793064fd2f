// Package clusterset makes the services that members export into services of the
// whole federation, as the Multi-Cluster Services API has it (KEP-1645,
// multicluster.x-k8s.io).
package clusterset
