# Grφίe  
a=1 // ό
