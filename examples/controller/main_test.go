package main

import (
	"os"
	"testing"

	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

// asController has the test binary be the controller: the tests run it as a
// process of its own, so that they can kill it.
const asController = "FEDRAIL_TEST_AS_CONTROLLER"

var servers controlplanetest.Pool

func TestMain(m *testing.M) {
	if os.Getenv(asController) != "" {
		main()
		return
	}
	servers.Main(m)
}
