package emulator

type serviceInfo struct{}
type wireOrigin struct{}
