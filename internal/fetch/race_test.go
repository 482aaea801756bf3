//go:build race

package fetch

// bombSize is how many MB a bomb unpacks to: the race detector makes packing take minutes.
const bombSize = 128
