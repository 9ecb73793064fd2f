package federation

import "errors"

// ErrClusterNotFound says that no member has the name that was asked for.
var ErrClusterNotFound = errors.New("not a member of the federation")
