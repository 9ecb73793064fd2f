package v1beta1

// Toggle switches something on or off. The empty Toggle is "not said": the
// field it stands in tells what that means.
type Toggle string

// The values of a Toggle.
const (
	Enabled  Toggle = "Enabled"
	Disabled Toggle = "Disabled"
)
