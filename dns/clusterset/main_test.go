package clusterset_test

import (
	"testing"

	"github.com/fedrail/fedrail/internal/controlplane/controlplanetest"
)

var servers controlplanetest.Pool

func TestMain(m *testing.M) { servers.Main(m) }
