//go:build !race

package fetch

// bombSize is how many MB a bomb unpacks to.
const bombSize = 1024
