// Größe 🙂 https://a.example/ü 参见 https://a.example/1。
val s = "🙂 // https://a.example/no" // 🙂 https://a.example/2
