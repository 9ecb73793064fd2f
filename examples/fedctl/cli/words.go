package cli

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	clientcmdapi "k8s.io/client-go/tools/clientcmd/api"
)

func contexts(all map[string]*clientcmdapi.Context) []string {
	return slices.Sorted(maps.Keys(all))
}

// Quoted lists words for people.
func Quoted(words []string) string {
	if len(words) == 0 {
		return "none"
	}
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = strconv.Quote(w)
	}
	return strings.Join(all, ", ")
}
