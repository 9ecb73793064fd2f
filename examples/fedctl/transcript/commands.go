package transcript

import (
	"fmt"
	"strings"
)

// Commands is a table in Markdown of the commands that the help of a program lists, in
// their groups.
func Commands(help string) string {
	var table strings.Builder
	table.WriteString("| | |\n|---|---|\n")
	_, listed, _ := strings.Cut(help, "\nUsage:")
	for _, line := range strings.Split(listed, "\n") {
		name, short, isCommand := strings.Cut(strings.TrimSpace(line), " ")
		switch {
		case !strings.HasPrefix(line, " ") && strings.HasSuffix(line, ":"):
			fmt.Fprintf(&table, "| **%s** | |\n", strings.TrimSuffix(line, ":"))
		case strings.HasPrefix(line, "  ") && isCommand && !strings.HasPrefix(short, "["):
			fmt.Fprintf(&table, "| `%s` | %s |\n", name, strings.TrimSpace(short))
		}
	}
	return table.String()
}
