flow "büro" {
	label = "注文 🛒 ${order}" # Größe
}
