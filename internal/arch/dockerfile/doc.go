// Package dockerfile checks the repository's Dockerfile and .dockerignore
// without a container engine: what it copies is there, what it starts is what
// it copied, nobody runs as root, and every form is the one that works in an
// image without a shell.
//
// It knows the instructions as the Dockerfile reference describes them, and
// no here-documents: their lines are reported as unknown instructions.
package dockerfile
