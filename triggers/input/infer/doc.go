// Package infer writes variable blocks from samples of the requests that a flow
// will get: JSON bodies, URLs, curl commands, HAR files and stored runs.
//
// [Read] finds out what a text is and returns its samples, and [Variables] merges
// samples to blocks. The rule a contributor must keep: a flow with the blocks
// accepts each sample. Where samples differ, the blocks declare less: a value that
// is missing or null in one sample is optional, and one of several types is any.
package infer
