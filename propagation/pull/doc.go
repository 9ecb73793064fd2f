// Package pull carries objects to members that the host cannot reach: a member
// behind NAT or a firewall, that opens connections but takes none. The host
// leaves Bundles for it (package federation/apis/bundle/v1alpha1), and an [Agent]
// in the member fetches them, applies them there with package push, and answers
// in their status.
//
//	host:   propagator, err := pull.New(pull.Options{Client: …, Writer: …, Type: …})
//	        registry, err := pull.NewRegistry(pull.RegistryOptions{Client: …})
//	member: agent, err := pull.NewAgent(pull.AgentOptions{Cluster: "edge1", …})
//	        err = agent.Start(ctx)
//
// [Propagator] is a propagation.Propagator like others: the Controller needs to
// know nothing of all this. [Registry] tells which such members there are, and
// that one is Ready while its agent renews a Lease. [Account] makes what the host
// needs for a member: a namespace of its own, and an account that reads nothing
// else. examples/agent is the program to run in the member.
//
// # What is where
//
// Each member has a namespace on the host ([NamespaceOf]). In it are its Lease
// and, for each type, as many Bundles as it takes: an object is put where there
// is room and stays there. What changes within a moment is one write of a
// Bundle; so are the agent's answers within a second.
//
// An object that is to go stays in its Bundle, as a removal, until the agent has
// seen that no copy is left. A Bundle that somebody else changes or deletes is
// set back. An agent removes what its Bundle asks it to, and what its own status
// there says that it made and the Bundle does not name any more. A Bundle that is
// deleted takes its status with it, so that removes nothing.
//
// # Secrets
//
// A Bundle with Secrets in it holds them as they are. Encrypt
// bundles.propagation.fedrail.io at rest on the host as Secrets are, and let
// nobody read Bundles who may not read the Secrets.
package pull
