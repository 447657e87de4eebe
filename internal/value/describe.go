package value

// Describe names the kind of a value in an error message, such as "an object".
func Describe(v any) string {
	switch kind := TypeName(v); kind {
	case "array":
		return "a list in a list"
	case "object":
		return "an object"
	default:
		return "a value of type " + kind
	}
}
